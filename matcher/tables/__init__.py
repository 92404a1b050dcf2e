"""What the matcher knows: reviewable texts, their compiler, and the blob that both engines read."""
