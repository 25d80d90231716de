"""The raw protobuf classes of Secret Manager."""

from typing import Any

from google.cloud.secretmanager_v1 import types

Secret: Any = types.Secret.pb()
SecretVersion: Any = types.SecretVersion.pb()
SecretPayload: Any = types.SecretPayload.pb()

CreateSecretRequest: Any = types.CreateSecretRequest.pb()
GetSecretRequest: Any = types.GetSecretRequest.pb()
ListSecretsRequest: Any = types.ListSecretsRequest.pb()
ListSecretsResponse: Any = types.ListSecretsResponse.pb()
DeleteSecretRequest: Any = types.DeleteSecretRequest.pb()
AddSecretVersionRequest: Any = types.AddSecretVersionRequest.pb()
GetSecretVersionRequest: Any = types.GetSecretVersionRequest.pb()
AccessSecretVersionRequest: Any = types.AccessSecretVersionRequest.pb()
AccessSecretVersionResponse: Any = types.AccessSecretVersionResponse.pb()
ListSecretVersionsRequest: Any = types.ListSecretVersionsRequest.pb()
ListSecretVersionsResponse: Any = types.ListSecretVersionsResponse.pb()
EnableSecretVersionRequest: Any = types.EnableSecretVersionRequest.pb()
DisableSecretVersionRequest: Any = types.DisableSecretVersionRequest.pb()
DestroySecretVersionRequest: Any = types.DestroySecretVersionRequest.pb()
