"""The commands of `sehat`, a file for each group."""
