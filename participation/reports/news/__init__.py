"""What happened to the reports a person follows, in one place, also where no browser rings."""
