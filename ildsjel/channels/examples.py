"""A worked example of the signed call that brings something in through a webhook channel.

A test runs them as they are shown against the connector that reads such calls.
"""

PLACEHOLDER = "your-signing-secret"

PYTHON = """\
import hashlib, hmac, json, time, urllib.request
from datetime import datetime, timezone

ADDRESS = "{address}"
SECRET = "{secret}"

body = json.dumps({{
    "id": "enquiry-1",
    "text": "When does the library open on Saturday?",
    "author": {{"name": "Kari Nordmann"}},
    "published_at": datetime.now(timezone.utc).isoformat(),
}}).encode()
stamp = str(int(time.time()))
digest = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
headers = {{
    "Content-Type": "application/json",
    "X-Ildsjel-Signature": f"t={{stamp}},v1={{digest}}",
}}
request = urllib.request.Request(ADDRESS, data=body, headers=headers)
print(urllib.request.urlopen(request).status)
"""

CURL = """\
SECRET='{secret}'
BODY='{{"id": "enquiry-1", "text": "When does the library open on Saturday?",
 "author": {{"name": "Kari Nordmann"}}, "published_at": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"}}'
STAMP=$(date +%s)
DIGEST=$(printf '%s.%s' "$STAMP" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/^.* //')
curl --data-binary "$BODY" -H 'Content-Type: application/json' \\
 -H "X-Ildsjel-Signature: t=$STAMP,v1=$DIGEST" '{address}'
"""


def signed_call(form: str, address: str, secret: str = PLACEHOLDER) -> str:
    """The example as text: `form` is PYTHON or CURL."""
    return form.format(address=address, secret=secret)
