"""What the processor is measured against, and the recordings it is measured on."""
