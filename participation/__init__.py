"""The product: every folder a domain, in the words a resident, guardian or moderator says."""
