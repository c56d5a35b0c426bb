"""Closed is not fixed: who follows a report says whether it really is."""
