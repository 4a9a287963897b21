"""The deployment on AWS: CloudFormation templates, and the commands that use them."""
