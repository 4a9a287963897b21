"""What the cameras say and show: status, previews, snapshots, Home Assistant."""
