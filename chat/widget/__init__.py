"""The chat on pages of other sites: which sites, who their visitors are, and the doors that are theirs."""
