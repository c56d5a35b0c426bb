"""The people who keep the yard: what they see of everything that happened and of what failed."""
