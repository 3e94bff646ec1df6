"""What people come here to do, from the first click to the last, without JavaScript."""
