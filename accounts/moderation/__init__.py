"""What keeps people safe from each other: sanctions, notices, appeals, filters, and the audit trail of all of it."""
