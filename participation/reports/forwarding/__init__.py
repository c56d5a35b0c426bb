"""What another body has to mend is sent on to it, and its answers come back."""
