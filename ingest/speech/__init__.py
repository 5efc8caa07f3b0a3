"""From sound to words: where people speak, two engines behind one protocol, and tidy text with exact times."""
