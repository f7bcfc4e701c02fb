"""What everything stands on: settings, errors, events, and the private names of other packages."""
