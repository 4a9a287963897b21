"""The actions that CloudFormation takes for each type of resource, in the name of the person who deploys.

From the permissions of the types' handlers in AWS' public schemas of resource providers (2025-05), without
those for properties that our templates do not set. For types without a schema they are from the services'
own lists of actions.
"""

HANDLERS: dict[str, str] = {
    "AWS::ApiGatewayV2::Api": "apigateway:POST apigateway:GET apigateway:PATCH apigateway:PUT "
    "apigateway:DELETE apigateway:TagResource apigateway:UntagResource",
    "AWS::ApiGatewayV2::Integration": "apigateway:POST apigateway:GET apigateway:PATCH apigateway:DELETE",
    "AWS::ApiGatewayV2::Route": "apigateway:POST apigateway:GET apigateway:PATCH apigateway:DELETE",
    # No schema.
    "AWS::ApiGatewayV2::Stage": "apigateway:POST apigateway:GET apigateway:PATCH apigateway:DELETE",
    # No schema.
    "AWS::Budgets::Budget": "budgets:ViewBudget budgets:ModifyBudget budgets:ListTagsForResource "
    "budgets:TagResource",
    "AWS::CloudFront::CachePolicy": "cloudfront:CreateCachePolicy cloudfront:GetCachePolicy "
    "cloudfront:UpdateCachePolicy cloudfront:DeleteCachePolicy",
    "AWS::CloudFront::Distribution": "cloudfront:CreateDistribution cloudfront:GetDistribution "
    "cloudfront:GetDistributionConfig cloudfront:UpdateDistribution cloudfront:DeleteDistribution "
    "cloudfront:ListTagsForResource cloudfront:TagResource cloudfront:UntagResource",
    "AWS::CloudFront::OriginAccessControl": "cloudfront:CreateOriginAccessControl "
    "cloudfront:GetOriginAccessControl cloudfront:UpdateOriginAccessControl "
    "cloudfront:DeleteOriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy": "cloudfront:CreateOriginRequestPolicy "
    "cloudfront:GetOriginRequestPolicy cloudfront:UpdateOriginRequestPolicy "
    "cloudfront:DeleteOriginRequestPolicy",
    "AWS::CloudFront::ResponseHeadersPolicy": "cloudfront:CreateResponseHeadersPolicy "
    "cloudfront:GetResponseHeadersPolicy cloudfront:UpdateResponseHeadersPolicy "
    "cloudfront:DeleteResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm": "cloudwatch:PutMetricAlarm cloudwatch:DescribeAlarms cloudwatch:DeleteAlarms "
    "cloudwatch:ListTagsForResource cloudwatch:TagResource cloudwatch:UntagResource",
    "AWS::DynamoDB::Table": "dynamodb:CreateTable dynamodb:DescribeTable dynamodb:UpdateTable "
    "dynamodb:DeleteTable dynamodb:DescribeTimeToLive dynamodb:UpdateTimeToLive "
    "dynamodb:DescribeContinuousBackups "
    "dynamodb:UpdateContinuousBackups dynamodb:DescribeContributorInsights "
    "dynamodb:DescribeKinesisStreamingDestination dynamodb:GetResourcePolicy "
    "dynamodb:ListTagsOfResource dynamodb:TagResource dynamodb:UntagResource",
    "AWS::EC2::RouteTable": "ec2:CreateRouteTable ec2:DescribeRouteTables ec2:DeleteRouteTable "
    "ec2:CreateTags ec2:DeleteTags",
    "AWS::EC2::SecurityGroup": "ec2:CreateSecurityGroup ec2:DescribeSecurityGroups "
    "ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress ec2:RevokeSecurityGroupEgress "
    "ec2:RevokeSecurityGroupIngress ec2:DeleteSecurityGroup ec2:DescribeInstances ec2:CreateTags "
    "ec2:DeleteTags",
    "AWS::EC2::Subnet": "ec2:CreateSubnet ec2:DescribeSubnets ec2:DescribeNetworkAcls "
    "ec2:DescribeAvailabilityZones ec2:ModifySubnetAttribute ec2:DeleteSubnet ec2:CreateTags ec2:DeleteTags",
    "AWS::EC2::SubnetRouteTableAssociation": "ec2:AssociateRouteTable ec2:ReplaceRouteTableAssociation "
    "ec2:DisassociateRouteTable ec2:DescribeSubnets ec2:DescribeRouteTables",
    "AWS::EC2::VPC": "ec2:CreateVpc ec2:DescribeVpcs ec2:DescribeVpcAttribute ec2:ModifyVpcAttribute "
    "ec2:DescribeSecurityGroups ec2:DescribeNetworkAcls ec2:DeleteVpc ec2:CreateTags ec2:DeleteTags",
    "AWS::EC2::VPCEndpoint": "ec2:CreateVpcEndpoint ec2:DescribeVpcEndpoints ec2:ModifyVpcEndpoint "
    "ec2:DeleteVpcEndpoints ec2:DescribeSubnets ec2:DescribeSecurityGroups ec2:CreateTags ec2:DeleteTags",
    "AWS::ECR::Repository": "ecr:CreateRepository ecr:DescribeRepositories ecr:GetLifecyclePolicy "
    "ecr:GetRepositoryPolicy ecr:PutImageScanningConfiguration ecr:PutImageTagMutability "
    "ecr:DeleteRepository ecr:ListTagsForResource ecr:TagResource ecr:UntagResource",
    # No schema.
    "AWS::ElastiCache::ReplicationGroup": "elasticache:CreateReplicationGroup "
    "elasticache:DescribeReplicationGroups elasticache:DescribeCacheClusters "
    "elasticache:ModifyReplicationGroup elasticache:DeleteReplicationGroup elasticache:ListTagsForResource "
    "elasticache:AddTagsToResource elasticache:RemoveTagsFromResource iam:CreateServiceLinkedRole",
    "AWS::ElastiCache::ServerlessCache": "elasticache:CreateServerlessCache "
    "elasticache:DescribeServerlessCaches elasticache:ModifyServerlessCache "
    "elasticache:DeleteServerlessCache elasticache:ListTagsForResource elasticache:AddTagsToResource "
    "elasticache:RemoveTagsFromResource ec2:CreateVpcEndpoint ec2:CreateTags",
    "AWS::ElastiCache::SubnetGroup": "elasticache:CreateCacheSubnetGroup "
    "elasticache:DescribeCacheSubnetGroups elasticache:ModifyCacheSubnetGroup "
    "elasticache:DeleteCacheSubnetGroup elasticache:ListTagsForResource elasticache:AddTagsToResource "
    "elasticache:RemoveTagsFromResource",
    "AWS::ElastiCache::User": "elasticache:CreateUser elasticache:DescribeUsers elasticache:ModifyUser "
    "elasticache:DeleteUser elasticache:ListTagsForResource elasticache:AddTagsToResource "
    "elasticache:RemoveTagsFromResource",
    "AWS::ElastiCache::UserGroup": "elasticache:CreateUserGroup elasticache:DescribeUserGroups "
    "elasticache:ModifyUserGroup elasticache:DeleteUserGroup elasticache:ListTagsForResource "
    "elasticache:AddTagsToResource elasticache:RemoveTagsFromResource",
    "AWS::Events::Rule": "events:PutRule events:DescribeRule events:PutTargets events:RemoveTargets "
    "events:ListTargetsByRule events:DeleteRule events:ListTagsForResource events:TagResource "
    "events:UntagResource",
    "AWS::IAM::ManagedPolicy": "iam:CreatePolicy iam:GetPolicy iam:GetPolicyVersion iam:ListPolicyVersions "
    "iam:ListEntitiesForPolicy iam:CreatePolicyVersion iam:DeletePolicyVersion iam:DeletePolicy "
    "iam:AttachRolePolicy iam:DetachRolePolicy",
    "AWS::IAM::Role": "iam:CreateRole iam:GetRole iam:UpdateRole iam:UpdateRoleDescription "
    "iam:UpdateAssumeRolePolicy iam:DeleteRole iam:PutRolePolicy iam:GetRolePolicy iam:DeleteRolePolicy "
    "iam:ListRolePolicies iam:ListAttachedRolePolicies iam:AttachRolePolicy iam:DetachRolePolicy "
    "iam:TagRole iam:UntagRole",
    "AWS::IoT::Policy": "iot:CreatePolicy iot:GetPolicy iot:ListPolicyVersions iot:CreatePolicyVersion "
    "iot:DeletePolicyVersion iot:SetDefaultPolicyVersion iot:DeletePolicy iot:ListTagsForResource "
    "iot:TagResource iot:UntagResource",
    "AWS::IoT::RoleAlias": "iot:CreateRoleAlias iot:DescribeRoleAlias iot:UpdateRoleAlias "
    "iot:DeleteRoleAlias iot:ListTagsForResource iot:TagResource iot:UntagResource iam:GetRole iam:PassRole",
    "AWS::IoT::TopicRule": "iot:CreateTopicRule iot:GetTopicRule iot:ReplaceTopicRule iot:DeleteTopicRule "
    "iot:ListTagsForResource iot:TagResource iot:UntagResource iam:PassRole",
    "AWS::Lambda::EventInvokeConfig": "lambda:PutFunctionEventInvokeConfig "
    "lambda:GetFunctionEventInvokeConfig lambda:UpdateFunctionEventInvokeConfig "
    "lambda:DeleteFunctionEventInvokeConfig",
    "AWS::Lambda::Function": "lambda:CreateFunction lambda:GetFunction lambda:UpdateFunctionConfiguration "
    "lambda:UpdateFunctionCode lambda:DeleteFunction lambda:GetFunctionCodeSigningConfig "
    "lambda:GetFunctionRecursionConfig lambda:GetRuntimeManagementConfig lambda:TagResource "
    "lambda:UntagResource iam:PassRole s3:GetObject ec2:DescribeSecurityGroups ec2:DescribeSubnets "
    "ec2:DescribeVpcs ec2:DescribeNetworkInterfaces",
    "AWS::Lambda::Permission": "lambda:AddPermission lambda:GetPolicy lambda:RemovePermission",
    "AWS::Logs::LogGroup": "logs:CreateLogGroup logs:DescribeLogGroups logs:PutRetentionPolicy "
    "logs:DeleteRetentionPolicy logs:GetDataProtectionPolicy logs:DescribeIndexPolicies logs:DeleteLogGroup "
    "logs:ListTagsForResource logs:TagResource logs:UntagResource",
    "AWS::Logs::MetricFilter": "logs:PutMetricFilter logs:DescribeMetricFilters logs:DeleteMetricFilter",
    "AWS::Route53::HostedZone": "route53:CreateHostedZone route53:GetHostedZone route53:DeleteHostedZone "
    "route53:GetChange route53:ListTagsForResource route53:ChangeTagsForResource "
    "route53:ListQueryLoggingConfigs route53:AssociateVPCWithHostedZone ec2:DescribeVpcs",
    # No schema.
    "AWS::Route53::RecordSet": "route53:ChangeResourceRecordSets route53:ListResourceRecordSets "
    "route53:GetHostedZone route53:GetChange",
    "AWS::S3::Bucket": "s3:CreateBucket s3:ListBucket s3:DeleteBucket s3:PutBucketTagging "
    "s3:GetBucketTagging s3:PutEncryptionConfiguration s3:GetEncryptionConfiguration "
    "s3:PutLifecycleConfiguration s3:GetLifecycleConfiguration s3:PutBucketNotification "
    "s3:GetBucketNotification s3:PutBucketPublicAccessBlock s3:GetBucketPublicAccessBlock "
    "s3:PutBucketOwnershipControls s3:GetBucketOwnershipControls s3:PutBucketCORS s3:GetBucketCORS",
    "AWS::S3::BucketPolicy": "s3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy",
    "AWS::SNS::Topic": "sns:CreateTopic sns:GetTopicAttributes sns:SetTopicAttributes sns:DeleteTopic "
    "sns:Subscribe sns:Unsubscribe sns:ListSubscriptionsByTopic sns:GetDataProtectionPolicy "
    "sns:ListTagsForResource sns:TagResource sns:UntagResource",
    "AWS::SQS::Queue": "sqs:CreateQueue sqs:GetQueueUrl sqs:GetQueueAttributes sqs:SetQueueAttributes "
    "sqs:DeleteQueue sqs:ListQueueTags sqs:TagQueue sqs:UntagQueue",
}
