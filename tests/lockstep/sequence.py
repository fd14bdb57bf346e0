# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Random sequences of calls, made from a seed alone: handles are registers, never numbers."""

import random
from dataclasses import dataclass, field

from pinfoldtest import readers, softhsm

OTHER_PIN, SO_PIN = "5678", softhsm.SO_PIN
SESSIONS = ("$s0", "$s1", "$s2", "$s3")
IV = "000102030405060708090a0b0c0d0e0f"

# Attributes that say the same on both sides, whatever was made at random.
STEADY = ("label", "id", "class", "key_type", "private", "token", "sensitive", "extractable",
          "always_sensitive", "never_extractable", "local", "modifiable", "sign", "verify", "encrypt",
          "decrypt", "wrap", "unwrap", "derive", "always_authenticate", "public_exponent",
          "value_len", "key_gen_mechanism", "start_date", "application", "subject",
          "copyable", "destroyable", "trusted", "wrap_with_trusted", "0x80000123")
VALUES = ("value", "modulus", "private_exponent", "check_value", "prime_1", "ec_point", "ec_params")


@dataclass
class Call:
    """One line for the driver, in which $registers stand for handles and data."""

    line: str
    makes: tuple = ()  # registers that the answer fills
    hides: bool = False  # its output is random: only its length is compared


@dataclass(frozen=True)
class Profile:
    """What sequences are made for."""

    token: str
    pin: str
    keys: dict  # register -> CKA_ID of the private keys that are there from the start
    weights: dict


@dataclass
class State:
    """What the generator remembers of what it has asked for."""

    random: random.Random
    profile: Profile
    keys: list  # registers of what may be keys
    objects: list = field(default_factory=list)
    made: int = 0

    def label(self):
        self.made += 1
        return f"n{self.made}"

    def session(self):
        return self.random.choice(SESSIONS[:2] if self.random.random() < 0.7 else SESSIONS)

    def key(self):
        return self.random.choice(self.keys[-8:])

    def object(self):
        return self.random.choice((self.objects + self.keys)[-10:])

    def truth(self, likely=0.5):
        return "true" if self.random.random() < likely else "false"

    def data(self):
        return self.random.choice(("text:x", "fill:16:41", "fill:32:42", "fill:33:43", "00",
                                   "fill:300:44", "null"))

    def size(self):
        return self.random.choice(("", "", "", "", " size=null", " size=4", " size=64"))


def open_session(s):
    number = s.session()
    return [Call(f"open {s.profile.token} {s.random.choice(('ro', 'rw', 'rw'))}", (number,))]


def close(s):
    return [Call(f"close {s.session()}")]


def close_all(s):
    return [Call(f"closeall {s.profile.token}")]


def login(s):
    return [Call(f"login {s.session()} user {s.profile.pin}")]


def odd_login(s):
    who, pin = s.random.choice((("user", "0000"), ("user", "null"), ("user", "9" * 300),
                                ("user", "1"), ("so", "0000"), ("so", SO_PIN), ("context", s.profile.pin),
                                ("context", "null"), ("user", s.profile.pin)))
    return [Call(f"login {s.session()} {who} {pin}")]


def logout(s):
    return [Call(f"logout {s.session()}")]


def set_pin(s):
    """A new PIN ends the login here and not there: both are brought to the same state again."""
    number, pin = s.session(), s.profile.pin
    old, new = s.random.choice(((pin, pin), ("0000", pin), (pin, "1"), (OTHER_PIN, pin)))
    return [Call(f"setpin {number} {old} {new}"), Call(f"logout {number}")]


def init_pin(s):
    return [Call(f"initpin {s.session()} {s.profile.pin}")]


def info(s):
    return [Call(s.random.choice((f"sessioninfo {s.session()}", f"tokeninfo {s.profile.token}",
                                  f"slotinfo {s.profile.token}", "slots", "slots present", f"mechs {s.profile.token}",
                                  f"mechinfo {s.profile.token} RSA_PKCS", f"mechinfo {s.profile.token} 0x7fff",
                                  "tokeninfo 4711", "waitevent noblock", "info",
                                  f"getopstate {s.session()}", f"cancelfunction {s.session()}")))]


def make_data(s):
    label = s.label()
    register = f"$o{s.made}"
    s.objects.append(register)
    return [Call(f"create {s.session()} class=data label={label} value=text:{label} "
                 f"private={s.truth()} token={s.truth()}", (register,))]


def make_secret(s):
    label = s.label()
    register = f"$k{s.made}"
    s.keys.append(register)
    kind, value = s.random.choice((("aes", "fill:16:51"), ("aes", "fill:32:52"),
                                   ("generic_secret", "fill:20:53")))
    private = f" private={s.truth(0.7)}" if s.random.random() < 0.9 else ""
    return [Call(f"create {s.session()} class=secret_key key_type={kind} label={label} "
                 f"value={value} token={s.truth(0.6)}{private} sensitive={s.truth()} "
                 f"extractable={s.truth()} encrypt=true decrypt=true sign=true verify=true "
                 f"wrap=true unwrap=true derive=true", (register,))]


def is_random(key):
    """May the key be another on each side? Then so are its outputs."""
    return not key.startswith("$k")


def generate(s):
    label = s.label()
    register = f"$g{s.made}"
    if s.random.random() < 0.25:
        s.keys += [register + "p", register]
        return [Call(f"genkeypair {s.session()} ec 256 label={label} id={s.made:02x} "
                     f"token={s.truth()} priv.private={s.truth(0.7)}", (register + "p", register))]
    s.keys.append(register)
    return [Call(f"genkey {s.session()} {s.random.choice(('aes 16', 'generic 24', 'aes 7'))} "
                 f"label={label} token={s.truth()} private={s.truth()}", (register,))]


def copy(s):
    label = s.label()
    register = f"$o{s.made}"
    s.objects.append(register)
    more = s.random.choice(("", f" token={s.truth()}", " private=true", f" private={s.truth()}",
                            " sensitive=true"))
    return [Call(f"copy {s.session()} {s.object()} label={label}{more}", (register,))]


def destroy(s):
    return [Call(f"destroy {s.session()} {s.object()}")]


def set_attributes(s):
    what = s.random.choice((f"label={s.label()}", "id=77", "sensitive=true", "class=data",
                            "value=00", "encrypt=false", f"private={s.truth()}"))
    return [Call(f"setattr {s.session()} {s.object()} {what}")]


def get_attributes(s):
    names = s.random.sample(STEADY, s.random.randint(1, 6))
    if s.random.random() < 0.25:
        names.append(s.random.choice(VALUES))
    verb = s.random.choice(("getattr", "getattr", "getattr", "getattrsize", "getattrbuf"))
    size = f" {s.random.choice((0, 1, 8, 64))}" if verb == "getattrbuf" else ""
    hides = bool(set(names) & set(VALUES))
    return [Call(f"{verb} {s.session()} {s.object()}{size} {' '.join(names)}", hides=hides)]


def object_size(s):
    return [Call(f"objsize {s.session()} {s.object()}", hides=True)]


def find(s):
    prefix = f"$f{s.label()}"
    what = s.random.choice(("", "class=private_key", "class=secret_key", "class=data",
                            "private=true", "private=false", "token=true private=true",
                            "label=n3", "class=private_key id=01", "class=public_key",
                            "sign=true", "id=77", "key_type=aes", "sensitive=true",
                            "0x80000123=00", "value=text:n2", "label="))
    registers = tuple(f"{prefix}.{n}" for n in range(4))
    (s.keys if "key" in what else s.objects).extend(registers[:2])
    return [Call(f"find {s.session()} {what}".rstrip(), registers)]


def find_in_steps(s):
    return [Call(s.random.choice((f"findinit {s.session()} class=secret_key",
                                  f"findinit {s.session()}", f"findfinal {s.session()}",
                                  f"findfinal {s.session()}")))]


def key_use(s):
    """A whole operation."""
    verb, mechanism = s.random.choice((
        ("sign", "SHA256_RSA_PKCS"), ("sign", "RSA_PKCS"), ("sign", "SHA1_RSA_PKCS"),
        ("sign", "SHA256_HMAC"), ("decrypt", "RSA_PKCS"), ("encrypt", "AES_ECB"),
        ("encrypt", f"AES_CBC:{IV}"), ("encrypt", f"AES_CBC_PAD:{IV}"), ("decrypt", "AES_ECB"),
        ("decrypt", f"AES_CBC_PAD:{IV}"), ("sign", "RSA_X_509"), ("encrypt", "AES_CBC"),
        ("sign", "0x7fff")))
    key = s.key()
    return [Call(f"{verb} {s.session()} {key} {mechanism} {s.data()}{s.size()}",
                 hides=is_random(key))]


def random_key_use(s):
    """Outputs that are another each time, undone again on the same side."""
    number, key = s.session(), s.key()
    return [Call(f"sign {number} {key} {s.random.choice(('ECDSA', 'SHA256_RSA_PKCS_PSS:SHA256'))} "
                 f"fill:32:31", hides=True)]


def round_trip(s):
    label = s.label()
    number, key = s.session(), s.key()
    return [Call(f"encrypt {number} {key} AES_CBC_PAD:{IV} text:{label}", (f"$d{s.made}",),
                 hides=is_random(key)),
            Call(f"decrypt {number} {key} AES_CBC_PAD:{IV} $d{s.made}")]


def begin(s):
    verb, mechanism = s.random.choice((
        ("signinit", "SHA256_RSA_PKCS"), ("signinit", "SHA256_RSA_PKCS"),
        ("signinit", "SHA256_HMAC"), ("signinit", "RSA_PKCS"), ("verifyinit", "SHA256_HMAC"),
        ("encryptinit", f"AES_CBC_PAD:{IV}"), ("decryptinit", f"AES_CBC_PAD:{IV}"),
        ("decryptinit", "RSA_PKCS"), ("signinit", "null"), ("encryptinit", "null"),
        ("decryptinit", "null"), ("signinit", "ECDSA"), ("signrecoverinit", "RSA_PKCS")))
    key = s.key() if s.random.random() < 0.9 else "4711"
    return [Call(f"{verb} {s.session()} {key} {mechanism}")]


def go_on(s):
    verb = s.random.choice(("sign1", "signupdate", "signfinal", "encrypt1", "encryptupdate",
                            "encryptfinal", "decrypt1", "decryptupdate", "decryptfinal",
                            "digest1", "digestupdate", "digestfinal", "digestencryptupdate",
                            "decryptdigestupdate", "signencryptupdate", "decryptverifyupdate",
                            "signrecover1"))
    number = s.session()
    # What the key is, and whether the output is the same twice, was decided when it began.
    if verb == "signupdate":
        return [Call(f"signupdate {number} {s.data()}")]
    if verb.endswith("final"):
        return [Call(f"{verb} {number}{s.size()}", hides=not verb.startswith("digest"))]
    return [Call(f"{verb} {number} {s.data()}{s.size()}", hides=not verb.startswith("digest"))]


def multi_part(s):
    """A signature in parts, with other things in between."""
    number, key = s.session(), s.random.choice((s.key(), s.keys[0]))
    calls = [Call(f"signinit {number} {key} {s.random.choice(('SHA256_RSA_PKCS', 'SHA256_HMAC'))}")]
    for _ in range(s.random.randint(0, 3)):
        calls.append(Call(f"signupdate {number} text:x"))
        if s.random.random() < 0.4:
            calls += one(s)
    hides = is_random(key)
    return [*calls, Call(f"signfinal {number}{s.size()}", hides=hides),
            Call(f"signfinal {number}", hides=hides)]


def verify(s):
    return [Call(s.random.choice((f"verify {s.session()} {s.key()} SHA256_RSA_PKCS text:x "
                                  + "00" * 128, f"verifyupdate {s.session()} text:x",
                                  f"verifyfinal {s.session()} 00",
                                  f"verify1 {s.session()} text:x 00")))]


def digest(s):
    number = s.session()
    return [Call(s.random.choice((f"digest {number} SHA256 text:x{s.size()}",
                                  f"digestinit {number} SHA256", f"digestinit {number} null",
                                  f"digestkey {number} {s.key()}")))]


def wrap(s):
    mechanism = s.random.choice(("AES_KEY_WRAP", "AES_KEY_WRAP_PAD", "RSA_PKCS"))
    label = s.label()
    register = f"$d{s.made}"
    made = f"$g{s.made}"
    s.keys.append(made)
    wrapping = s.key()
    return [Call(f"wrap {s.session()} {wrapping} {s.key()} {mechanism}", (register,), hides=True),
            Call(f"unwrap {s.session()} {wrapping} {mechanism} {register} class=secret_key "
                 f"key_type=generic_secret label={label} token={s.truth()} private={s.truth()}",
                 (made,))]


def derive(s):
    label = s.label()
    register = f"$g{s.made}"
    s.keys.append(register)
    return [Call(f"derive {s.session()} {s.key()} AES_ECB_ENCRYPT_DATA:{IV} class=secret_key "
                 f"key_type=aes value_len=16 label={label} token={s.truth()} "
                 f"private={s.truth()}", (register,))]


def randomness(s):
    return [Call(f"random {s.session()} {s.random.choice((0, 8, 64))}", hides=True),
            Call(f"seed {s.session()} 0011")]


def start_again(s):
    return [Call("finalize"), Call("init os-locking"), Call(f"open {s.profile.token} rw", ("$s0",))]


# How often each, in the whole.
WEIGHTS = {
    open_session: 6, close: 2, close_all: 0.6, login: 8, odd_login: 3, logout: 3, set_pin: 0.7,
    init_pin: 0.5, info: 6, make_data: 8, make_secret: 7, generate: 3, copy: 4, destroy: 4,
    set_attributes: 4, get_attributes: 16, object_size: 1, find: 10, find_in_steps: 3, key_use: 14,
    random_key_use: 2, round_trip: 3, begin: 8, go_on: 12, multi_part: 4, verify: 3, digest: 4,
    wrap: 2, derive: 2, randomness: 1.5, start_again: 0.3,
}



def wrong_login(s):
    """Followed by the right one, so that a card's tries are not spent."""
    number = s.session()
    return [Call(f"login {number} user 000000"), Call(f"login {number} user {s.profile.pin}")]


def card_key_use(s):
    verb, mechanism, data = s.random.choice((
        ("sign", "SHA256_RSA_PKCS", "text:x"), ("sign", "SHA1_RSA_PKCS", "fill:300:44"),
        ("sign", "RSA_PKCS", "fill:32:42"), ("sign", "RSA_PKCS", "null"),
        ("sign", "RSA_X_509", "fill:256:02"), ("decrypt", "RSA_PKCS", "fill:256:02"),
        ("decrypt", "RSA_PKCS", "00"), ("sign", "0x7fff", "00"), ("sign", "ECDSA", "fill:32:42")))
    return [Call(f"{verb} {s.session()} {s.key()} {mechanism} {data}{s.size()}")]


def context_signature(s):
    """With the key that is always to be authenticated; now and then without, or with something in
    between that spends the card's mind."""
    number = s.session()
    calls = [Call(f"signinit {number} $k2 SHA256_RSA_PKCS")]
    if s.random.random() < 0.8:
        calls.append(Call(f"login {number} context {s.profile.pin}"))
    if s.random.random() < 0.2:
        calls += card_key_use(s)
    return [*calls, Call(f"sign1 {number} text:x")]


SOFTHSM = Profile("=pinfold-test", softhsm.PIN, {"$k0": "01"}, WEIGHTS)

# What a card is for: it is not written to. There is no closeall: OpenSC 0.23 closes every other
# session, and what comes after that is not to be compared (DESIGN 4.17).
CARD = Profile("@0", readers.PIN, {"$k1": "01", "$k2": "02", "$k3": "03", "$k4": "04"}, {
    open_session: 5, close: 2, login: 8, wrong_login: 1, logout: 2, info: 5,
    get_attributes: 14, find: 12, find_in_steps: 3, card_key_use: 8, context_signature: 3, begin: 5,
    go_on: 6, multi_part: 4, digest: 3, randomness: 1, start_again: 0.3})


def one(s):
    weights = s.profile.weights
    return s.random.choices(list(weights), list(weights.values()))[0](s)


def generate_sequence(seed, length, profile=SOFTHSM):
    """About LENGTH calls, as a list of steps; a step is a list of calls that belong together."""
    s = State(random.Random(seed), profile, list(profile.keys))
    steps = [[Call("init os-locking")], [Call(f"open {profile.token} rw", ("$s0",))],
             [Call(f"open {profile.token} {s.random.choice(('ro', 'rw'))}", ("$s1",))]]
    if s.random.random() < 0.8:
        steps.append([Call(f"login $s0 user {profile.pin}")])
    for register, key_id in profile.keys.items():
        steps.append([Call(f"find $s0 class=private_key id={key_id}", (register,))])
    while sum(map(len, steps)) < length:
        steps.append(one(s))
    return steps
