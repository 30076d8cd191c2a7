"""What happens to a course on its way from a file to the API: read, tidy, check, plan, send, report."""
