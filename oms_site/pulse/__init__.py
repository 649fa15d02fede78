"""What the first page of the admin draws: orders, rejects and value traded over the day, how far readers are behind, workers, feeds."""
