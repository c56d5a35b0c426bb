"""What staff deleted, kept as it was for an hour so that whoever deleted it can put it back."""
