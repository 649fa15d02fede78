"""Reports as files: CSV, XLSX and PDF, each written row by row, so that a file of any length takes the same memory."""
