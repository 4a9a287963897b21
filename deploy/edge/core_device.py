"""A thing made a core device of Greengrass: its certificate's rights, its nucleus' configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError

from deploy.aws.account import Account
from deploy.aws.errors import DeployError

# A policy has five versions at most.
_MOST_VERSIONS = 5
# These know no resource of a device.
_DATA_PLANE = [
    "greengrass:GetComponentVersionArtifact",
    "greengrass:ResolveComponentCandidates",
    "greengrass:GetDeploymentConfiguration",
    "greengrass:ListThingGroupsForCoreDevice",
]
# Where each nucleus has its files, and whom it runs components as.
_NUCLEI = {
    "nucleus": ("aws.greengrass.Nucleus", "/greengrass/v2", "ggc_user:ggc_group"),
    "nucleus-lite": ("aws.greengrass.NucleusLite", "/var/lib/greengrass", "gg_component:gg_component"),
}


class CoreDevices:
    """The things that are core devices of a deployment; every call may raise DeployError."""

    def __init__(self, account: Account, name: str, *, role_alias: str) -> None:
        """`name` is the deployment's, `role_alias` that of deploy/aws/devices.yaml."""
        self._iot, self._name, self._alias = account.client("iot"), name, role_alias
        self._region = account.region
        self._arn = f"arn:{account.partition}:iot:{account.region}:{account.number}"

    def allow(self, thing: str, granted: dict[str, Any]) -> bool:
        """Give a thing's certificates the rights of a core device; whether anything had to change.

        `granted` is the component's accessControl for this thing: what it may use, its certificate may too.
        """
        certificates = self._certificates(thing)
        # A policy's name has no colon, and a thing's has no "=".
        suffix = thing.replace(":", "=")
        changed = False
        # Two, because a policy has 2,048 characters at most.
        for part, statements in (("core", self._of_nucleus(thing)), ("edge", self._of_edge(thing, granted))):
            policy = f"{self._name}-{part}-{suffix}"
            document = {"Version": "2012-10-17", "Statement": statements}
            changed |= self._bring(policy, json.dumps(document, sort_keys=True, separators=(",", ":")))
            for each in certificates:
                changed |= self._attach(policy, each)
        return changed

    def configure(self, thing: str, into: Path) -> list[Path]:
        """Write the configuration of each kind of nucleus for a thing; gives the files."""
        data, credentials = (
            self._iot.describe_endpoint(endpointType=f"iot:{kind}")["endpointAddress"]
            for kind in ("Data-ATS", "CredentialProvider")
        )
        into.mkdir(parents=True, exist_ok=True)
        written = []
        for kind, (service, root, user) in _NUCLEI.items():
            configuration: dict[str, object] = {
                "awsRegion": self._region,
                "iotDataEndpoint": data,
                "iotCredEndpoint": credentials,
                "iotRoleAlias": self._alias,
                "runWithDefault": {"posixUser": user},
            }
            if kind == "nucleus-lite":
                configuration["greengrassDataPlanePort"] = "8443"
            system = {
                "certificateFilePath": f"{root}/cert.pem",
                "privateKeyPath": f"{root}/key.pem",
                # Of Debian's package ca-certificates.
                "rootCaPath": "/etc/ssl/certs/Amazon_Root_CA_1.pem",
                ("rootpath" if kind == "nucleus" else "rootPath"): root,
                "thingName": thing,
            }
            nucleus = {"componentType": "NUCLEUS", "configuration": configuration}
            path = into / f"{kind}.yaml"
            path.write_text(
                yaml.safe_dump({"system": system, "services": {service: nucleus}}, sort_keys=False)
            )
            written.append(path)
        return written

    def join(self, thing: str, group: str) -> None:
        """Put a thing that has a certificate into a group, which is made if there is none."""
        self._certificates(thing)
        self._iot.create_thing_group(thingGroupName=group)
        self._iot.add_thing_to_thing_group(thingGroupName=group, thingName=thing)

    def _certificates(self, thing: str) -> list[str]:
        try:
            found = self._iot.list_thing_principals(thingName=thing)["principals"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            found = []
        if not found:
            told = f"`.venv/bin/lookalike aws things add {thing}` makes both, in a folder for the device"
            raise DeployError(f"THING={thing}: no such thing with a certificate in this region; {told}")
        return list(found)

    def _bring(self, policy: str, document: str) -> bool:
        """Make a policy, or a new version, unless it is as it should be; whether that had to be done."""
        try:
            found = self._iot.get_policy(policyName=policy)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            self._iot.create_policy(policyName=policy, policyDocument=document)
            return True
        if json.loads(found["policyDocument"]) == json.loads(document):
            return False
        versions = self._iot.list_policy_versions(policyName=policy)["policyVersions"]
        if len(versions) >= _MOST_VERSIONS:
            others = [each for each in versions if not each["isDefaultVersion"]]
            oldest = min(others, key=lambda each: int(each["versionId"]))
            self._iot.delete_policy_version(policyName=policy, policyVersionId=oldest["versionId"])
        self._iot.create_policy_version(policyName=policy, policyDocument=document, setAsDefault=True)
        return True

    def _attach(self, policy: str, certificate: str) -> bool:
        attached = self._iot.list_attached_policies(target=certificate)["policies"]
        if any(each["policyName"] == policy for each in attached):
            return False
        self._iot.attach_policy(policyName=policy, target=certificate)
        return True

    def _of_nucleus(self, thing: str) -> list[dict[str, Any]]:
        """What every nucleus needs. Variables for the thing's name do not work for a core device."""
        own = f"$aws/things/{thing}/*"
        return [
            # It has several connections, as NAME and NAME#2.
            self._statement(["iot:Connect"], f"client/{thing}", f"client/{thing}#*"),
            self._statement(["iot:Publish", "iot:Receive"], f"topic/{own}"),
            self._statement(["iot:Subscribe"], f"topicfilter/{own}"),
            self._statement(["iot:AssumeRoleWithCertificate"], f"rolealias/{self._alias}"),
            {"Effect": "Allow", "Action": _DATA_PLANE, "Resource": "*"},
        ]

    def _of_edge(self, thing: str, granted: dict[str, Any]) -> list[dict[str, Any]]:
        """The component's topics."""
        messages, commands = (each["resources"] for each in granted["aws.greengrass.ipc.mqttproxy"].values())
        return [
            self._statement(["iot:Publish"], *(f"topic/{each}" for each in messages)),
            self._statement(["iot:RetainPublish"], f"topic/lookalike/{thing}/status"),
            self._statement(["iot:Subscribe"], *(f"topicfilter/{each}" for each in commands)),
            self._statement(["iot:Receive"], *(f"topic/{each}" for each in commands)),
        ]

    def _statement(self, actions: list[str], *resources: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Action": actions,
            "Resource": [f"{self._arn}:{each}" for each in resources],
        }
