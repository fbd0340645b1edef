"""The command `orderflow-process`, two rows at a time, so that an hour of market lasts seconds."""

from processor.engine.replay import file_replay
from processor.main import main

file_replay.BOOK_ROWS = file_replay.TRADE_ROWS = 2

if __name__ == "__main__":
    main()
