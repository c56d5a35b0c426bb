"""What happened to a report, in the order it happened, chained so that anyone can check it."""
