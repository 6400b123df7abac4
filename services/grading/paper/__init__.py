"""The paper sitting: cards numbered, read, marked by people, and counted twice."""
