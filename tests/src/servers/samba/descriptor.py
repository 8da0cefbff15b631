"""A security descriptor as Active Directory stores it. Standard input: JSON; standard output: base64."""
import base64
import json
import sys

from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack

wanted = json.load(sys.stdin)


def sid(text):
    return str(ndr_unpack(security.dom_sid, base64.b64decode(text)))


sddl = wanted["sddl"]
for name, value in wanted["sids"].items():
    sddl = sddl.replace(f";{name})", f";{sid(value)})")
descriptor = security.descriptor.from_sddl(sddl, security.dom_sid(sid(wanted["domain"])))
print(base64.b64encode(ndr_pack(descriptor)).decode())
