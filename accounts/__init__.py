"""Who people are: users, their signed-in devices, and the cookies and tokens that prove it."""
