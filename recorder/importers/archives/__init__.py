"""Files as they come: packed or plain, opened safely, read in pieces of little memory."""
