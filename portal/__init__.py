"""The portal: pages for doctors, planners, clerks and residents, on the services of the records."""
