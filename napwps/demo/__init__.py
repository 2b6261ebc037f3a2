"""The demonstration: Timor-Leste's second plan, told over three reporting rounds (DOMAIN.md, "Rest of the demo logframe").

load.py puts it into the database. What is real, public or from the guide says so in its source; everything else is
invented and marked illustrative. Texts and figures lie in data/, the rules of the story in story.py.
"""
