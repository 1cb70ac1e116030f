"""A rolling restart with a migration, under load, behind nginx: `make rolling`. No test of pytest's: it needs nginx."""
