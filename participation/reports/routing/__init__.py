"""Who gets what, and by when: areas, kinds and hours choose the body, the team and the person."""
