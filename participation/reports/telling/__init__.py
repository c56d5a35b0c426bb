"""Who follows a report hears of every step: by a notice, or by letter where no browser is told."""
