"""Reports as a file to take along, written beside the pages."""
