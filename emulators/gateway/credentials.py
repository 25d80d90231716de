"""The fixed credentials of the local run: they exist only on this machine and guard nothing."""

PROJECT = "moca-local"
LOCATION = "europe-west1"
ACCOUNT_ID = "17841400000000001"
APP_SECRET = "local-app-secret"
VERIFY_TOKEN = "local-verify-token"
ACCESS_TOKEN = "local-access-token"
SERVICE_TOKEN = "local-service-token"
ADMIN_TOKEN = "local-admin-token"
TASKS_SERVICE_ACCOUNT = f"moca-tasks@{PROJECT}.iam.gserviceaccount.com"

#: What every function is told; addresses are added by `LocalStack.environment`.
FIXED = {
    "GOOGLE_CLOUD_PROJECT": PROJECT,
    "CLOUD_TASKS_LOCATION": LOCATION,
    "CLOUD_TASKS_QUEUE": "dm-processing",
    "DELIVERY_QUEUE": "dm-delivery",
    "TASKS_SERVICE_ACCOUNT": TASKS_SERVICE_ACCOUNT,
    "INSTAGRAM_PAGE_ID": ACCOUNT_ID,
    "INSTAGRAM_APP_SECRET": APP_SECRET,
    "META_APP_SECRET": "local-meta-app-secret",
    "INSTAGRAM_VERIFY_TOKEN": VERIFY_TOKEN,
    "INSTAGRAM_ACCESS_TOKEN": ACCESS_TOKEN,
    "INTERNAL_SERVICE_TOKEN": SERVICE_TOKEN,
    "ADMIN_TOKEN": ADMIN_TOKEN,
    "SESSION_SECRET": "local-session-secret-of-no-worth-at-all",
    "WHATSAPP_ACCESS_TOKEN": "local-whatsapp-token",
    "WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
    "MANAGER_WHATSAPP_NUMBER": "491700000000",
    "WHATSAPP_TEMPLATE": "manager_alert",
    "SPOND_USERNAME": "local@example.com",
    "SPOND_PASSWORD": "local-spond-password",
    "SPOND_GROUP_ID": "local-group",
}
