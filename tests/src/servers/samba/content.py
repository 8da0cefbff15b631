"""Fills a domain that was just provisioned, while nothing serves it. Standard input: JSON."""
import json
import sys

from samba import dsdb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB
import ldb

wanted = json.load(sys.stdin)
lp = LoadParm()
lp.load(wanted["configuration"])
db = SamDB(url=wanted["database"], session_info=system_session(lp), lp=lp)
domain = security.dom_sid(db.get_domain_sid())
base = str(db.get_default_basedn())

db.modify_ldif(wanted["schema"])

# Passwords as tests like them, and failures that are counted and lock nobody out.
policy = ldb.Message(db.get_default_basedn())
for name, value in {
    "lockoutThreshold": "999",
    "pwdHistoryLength": "0",
    "pwdProperties": "0",
    "minPwdLength": "1",
    "minPwdAge": "0",
    "maxPwdAge": "0",
}.items():
    policy[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
db.modify(policy)


def group(name):
    dn = f"CN={name},OU=Groups,{base}"
    db.add({"dn": dn, "objectClass": "group", "sAMAccountName": name})
    found = db.search(base=dn, scope=ldb.SCOPE_BASE, attrs=["objectSid"])
    return str(ndr_unpack(security.dom_sid, found[0]["objectSid"][0]))


def access(dn, change):
    """Writes the entry's access control list anew, as `change` makes it from the one until now."""
    control = ["sd_flags:1:%d" % security.SECINFO_DACL]
    found = db.search(base=dn, scope=ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"], controls=control)
    until_now = ndr_unpack(security.descriptor, found[0]["nTSecurityDescriptor"][0]).as_sddl(domain)
    descriptor = security.descriptor.from_sddl(change(until_now), domain)
    message = ldb.Message(ldb.Dn(db, dn))
    packed = ndr_pack(descriptor)
    message["sd"] = ldb.MessageElement(packed, ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
    db.modify(message, control)


for unit in ("People", "Groups", "Countersign", "Vaults"):
    db.add({"dn": f"OU={unit},{base}", "objectClass": "organizationalUnit"})
sids = {"HELPDESK": group("helpdesk"), "ADMINS": group("countersign-admins")}


def with_sids(text):
    for name, sid in sids.items():
        text = text.replace(f";{name})", f";{sid})")
    return text


access(f"OU=People,{base}", lambda sddl: sddl + with_sids(wanted["people"]))
access(f"OU=Vaults,{base}", lambda sddl: sddl + with_sids(wanted["vaults"]))
access(f"OU=Countersign,{base}", lambda _: with_sids(wanted["top"]))
