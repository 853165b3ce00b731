"""The linker measured: invented providers with their truth, other people's linkers beside ours, one table each."""
