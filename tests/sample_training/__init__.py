"""Small trainings, sound and with a planted fault, for the logs of sample_logs/."""
