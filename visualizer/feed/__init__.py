"""What a browser lacks of the newest."""
