"""What OKX's v5 interfaces say, as text: requests in, answers and pushes out."""
