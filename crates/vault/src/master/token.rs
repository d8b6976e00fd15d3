//! A key in a security module, through PKCS#11: it seals and opens inside the token and never leaves it.
//!
//! AES-256-GCM with a nonce of our own: each sealing draws a new one, and a master key is sealed a few times
//! in its life. The module is asked once, at start, and let go again; a running program does not need it.

use std::path::Path;

use super::MasterError;
use crate::kdf::Key32;

/// Which key of which token, and how to get at it.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    /// The library that drives the module, as its vendor names it (`libsofthsm2.so`, `opensc-pkcs11.so`).
    pub module: &'a Path,
    /// The token's label. A slot number would change with the order in which things were plugged in.
    pub label: &'a str,
    /// The key's label. Made when something is sealed under it for the first time.
    pub key: &'a str,
    /// The user's PIN.
    pub pin: &'a str,
}

#[cfg(not(feature = "pkcs11"))]
impl Token<'_> {
    pub(super) fn wrap(&self, _: &Key32) -> Result<Vec<u8>, MasterError> {
        Err(MasterError::NoTokens)
    }

    pub(super) fn unwrap(&self, _: &[u8]) -> Result<Key32, MasterError> {
        Err(MasterError::NoTokens)
    }
}

#[cfg(feature = "pkcs11")]
mod module {
    use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
    use cryptoki::error::{Error, RvError};
    use cryptoki::mechanism::Mechanism;
    use cryptoki::mechanism::aead::GcmParams;
    use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
    use cryptoki::session::{Session, UserType};
    use cryptoki::types::AuthPin;
    use std::sync::{Mutex, PoisonError};
    use zeroize::Zeroizing;

    use super::{Key32, MasterError, Token};
    use crate::cipher::{Canonical, NONCE};
    use crate::random;

    const TAG_BITS: std::ffi::c_ulong = 128;
    /// A library keeps one state for the whole process: initialising it while it is in use would fail.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    fn refused(error: Error) -> MasterError {
        match error {
            Error::LibraryLoading(_) | Error::MissingSymbol(_) | Error::NullFunctionPointer => {
                MasterError::TokenLibrary
            }
            Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => {
                MasterError::TokenPin
            }
            Error::Pkcs11(RvError::PinLocked, _) => MasterError::TokenLocked,
            _ => MasterError::TokenRefused,
        }
    }

    impl Token<'_> {
        /// `nonce | ciphertext | tag` of `secret` under the token's key, which is made if it is not there.
        pub(in super::super) fn wrap(&self, secret: &Key32) -> Result<Vec<u8>, MasterError> {
            self.with_session(|session| {
                let key = match self.keys(session)?.as_slice() {
                    [] => self.make_key(session)?,
                    [one] => *one,
                    _ => return Err(MasterError::TokenKey),
                };
                let kept = [Attribute::Sensitive(true), Attribute::Extractable(false)];
                let found = session
                    .get_attributes(key, &[AttributeType::Sensitive, AttributeType::Extractable])
                    .map_err(refused)?;
                if !kept.iter().all(|wanted| found.contains(wanted)) {
                    return Err(MasterError::TokenKeyExtractable);
                }
                let nonce: [u8; NONCE] = random::bytes();
                let (mut iv, bound) = (nonce, self.bound());
                let gcm = GcmParams::new(&mut iv, bound.bytes(), TAG_BITS.into()).map_err(refused)?;
                let sealed =
                    session.encrypt(&Mechanism::AesGcm(gcm), key, secret.as_slice()).map_err(refused)?;
                // A module that answered with the text in the clear, or with nothing, would not be noticed
                // by opening again.
                if sealed.len() != secret.len() + 16 || sealed.starts_with(secret.as_slice()) {
                    return Err(MasterError::TokenRefused);
                }
                Ok([nonce.as_slice(), &sealed].concat())
            })
        }

        pub(in super::super) fn unwrap(&self, wrapped: &[u8]) -> Result<Key32, MasterError> {
            let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or(MasterError::Damaged)?;
            self.with_session(|session| {
                let keys = self.keys(session)?;
                let [key] = keys.as_slice() else { return Err(MasterError::TokenKey) };
                let (mut iv, bound) = (*nonce, self.bound());
                let gcm = GcmParams::new(&mut iv, bound.bytes(), TAG_BITS.into()).map_err(refused)?;
                // Libraries differ in how they call a wrong tag, so it is not told from other refusals.
                let opened = session
                    .decrypt(&Mechanism::AesGcm(gcm), *key, sealed)
                    .map(Zeroizing::new)
                    .map_err(|_| MasterError::WrongToken)?;
                let mut secret = Key32::default();
                if opened.len() != secret.len() {
                    return Err(MasterError::WrongToken);
                }
                secret.copy_from_slice(&opened);
                Ok(secret)
            })
        }

        /// Never empty: some modules cannot do without associated data.
        fn bound(&self) -> Canonical {
            Canonical::new("pristan master token v1").add(self.label.as_bytes()).add(self.key.as_bytes())
        }

        fn with_session<T>(
            &self,
            work: impl FnOnce(&Session) -> Result<T, MasterError>,
        ) -> Result<T, MasterError> {
            let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
            let module = Pkcs11::new(self.module).map_err(|_| MasterError::TokenLibrary)?;
            module
                .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
                .map_err(|_| MasterError::TokenLibrary)?;
            let result = self.logged_in(&module, work);
            // Nothing depends on how the library takes its leave.
            let _ = module.finalize();
            result
        }

        fn logged_in<T>(
            &self,
            module: &Pkcs11,
            work: impl FnOnce(&Session) -> Result<T, MasterError>,
        ) -> Result<T, MasterError> {
            let mut found = None;
            for slot in module.get_slots_with_initialized_token().map_err(refused)? {
                // One that was pulled out meanwhile is not the one.
                let Ok(info) = module.get_token_info(slot) else { continue };
                if info.label() == self.label && found.replace(slot).is_some() {
                    return Err(MasterError::TokenMissing);
                }
            }
            let slot = found.ok_or(MasterError::TokenMissing)?;
            let session = module.open_rw_session(slot).map_err(refused)?;
            session.login(UserType::User, Some(&AuthPin::new(self.pin.into()))).map_err(refused)?;
            work(&session)
        }

        fn keys(&self, session: &Session) -> Result<Vec<ObjectHandle>, MasterError> {
            let wanted = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::AES),
                Attribute::Label(self.key.as_bytes().to_vec()),
            ];
            session.find_objects(&wanted).map_err(refused)
        }

        fn make_key(&self, session: &Session) -> Result<ObjectHandle, MasterError> {
            let wanted = [
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Encrypt(true),
                Attribute::Decrypt(true),
                Attribute::ValueLen(32.into()),
                Attribute::Label(self.key.as_bytes().to_vec()),
            ];
            session.generate_key(&Mechanism::AesKeyGen, &wanted).map_err(refused)
        }
    }
}
