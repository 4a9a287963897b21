"""The checks of the templates by cfn-lint and checkov, each in an environment of its own."""
