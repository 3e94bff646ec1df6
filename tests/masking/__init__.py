"""Nobody is told who said what is masked, on any surface there is."""
