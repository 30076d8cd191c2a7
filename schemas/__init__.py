"""What a course is. Nothing here knows of files, requests or reports."""
