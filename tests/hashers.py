"""The project's way to keep passwords, without its price: tests sign up thousands of people."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 64  # KiB
    parallelism = 1


PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]
