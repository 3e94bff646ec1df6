"""Who learns together: programmes, cohorts, teams, memberships, initiatives, and who may see what of them."""
