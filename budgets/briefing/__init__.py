"""The budget briefing for Cabinet or the ministry of finance: what is asked for, what of it is found, what it buys."""
