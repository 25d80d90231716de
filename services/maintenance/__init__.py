"""What runs by the clock: repair, upkeep, counting days, telling the manager."""
