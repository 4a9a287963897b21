"""The cameras: status, previews, snapshots, Home Assistant."""
