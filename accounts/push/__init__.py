"""Devices that want to be told when no page is open, by Web Push: which, where to, and the key that signs for us.

What they are told, and when, is the chat's (`chat.push`).
"""
