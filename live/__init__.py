"""What happens over a network: provider checks and what they mean. Knows no screen."""
