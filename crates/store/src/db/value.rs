//! Values on their way in and out. Five types suffice: BIGINT, TEXT, BLOB/BYTEA, BOOLEAN, NULL.

use domain::Id;
use std::fmt;

/// A value, borrowed from whoever owns it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing, for a column of any type.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(&'a str),
    /// BLOB or BYTEA.
    Blob(&'a [u8]),
    /// BOOLEAN; 0 or 1 in SQLite.
    Bool(bool),
}

/// A value that goes into a statement.
pub type Param<'a> = Value<'a>;

impl fmt::Debug for Value<'_> {
    /// The type alone: parameters are names and addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Value::Null => "Null",
            Value::Int(_) => "Int",
            Value::Text(_) => "Text",
            Value::Blob(_) => "Blob",
            Value::Bool(_) => "Bool",
        })
    }
}

/// What can be given to a statement.
pub trait ToParam {
    /// The value, borrowed.
    fn to_param(&self) -> Param<'_>;
}

/// The parameters of a statement: `params![id, state, None::<i64>]`.
#[macro_export]
macro_rules! params {
    () => { &[] as &[$crate::Param<'_>] };
    ($($value:expr),+ $(,)?) => { &[$($crate::ToParam::to_param(&$value)),+] as &[$crate::Param<'_>] };
}

macro_rules! param {
    ($($kind:ty, $this:ident => $value:expr;)+) => {$(
        impl ToParam for $kind {
            fn to_param(&self) -> Param<'_> {
                let $this = self;
                $value
            }
        }
    )+};
}

param! {
    i64, n => Value::Int(*n);
    i32, n => Value::Int(i64::from(*n));
    i16, n => Value::Int(i64::from(*n));
    u32, n => Value::Int(i64::from(*n));
    u16, n => Value::Int(i64::from(*n));
    u8, n => Value::Int(i64::from(*n));
    bool, yes => Value::Bool(*yes);
    str, text => Value::Text(text);
    String, text => Value::Text(text);
    [u8], bytes => Value::Blob(bytes);
    Vec<u8>, bytes => Value::Blob(bytes);
    Id, id => Value::Blob(&id.0);
    domain::CaseId, id => Value::Blob(&id.0.0);
    domain::PersonId, id => Value::Blob(&id.0.0);
    domain::UserId, id => Value::Blob(&id.0.0);
    domain::OrganisationId, id => Value::Blob(&id.0.0);
}

impl<const N: usize> ToParam for [u8; N] {
    fn to_param(&self) -> Param<'_> {
        Value::Blob(self)
    }
}

impl ToParam for Value<'_> {
    fn to_param(&self) -> Param<'_> {
        *self
    }
}

impl<T: ToParam + ?Sized> ToParam for &T {
    fn to_param(&self) -> Param<'_> {
        (**self).to_param()
    }
}

impl<T: ToParam> ToParam for Option<T> {
    fn to_param(&self) -> Param<'_> {
        self.as_ref().map_or(Value::Null, ToParam::to_param)
    }
}

/// What a column can be read as.
pub trait FromValue<'a>: Sized {
    /// The value, unless the column holds something else.
    fn from_value(value: Value<'a>) -> Option<Self>;
}

macro_rules! read {
    ($($kind:ty, $pattern:pat => $value:expr;)+) => {$(
        impl<'a> FromValue<'a> for $kind {
            fn from_value(value: Value<'a>) -> Option<Self> {
                match value {
                    $pattern => $value,
                    _ => None,
                }
            }
        }
    )+};
}

read! {
    i64, Value::Int(n) => Some(n);
    i32, Value::Int(n) => i32::try_from(n).ok();
    u32, Value::Int(n) => u32::try_from(n).ok();
    u16, Value::Int(n) => u16::try_from(n).ok();
    u8, Value::Int(n) => u8::try_from(n).ok();
    &'a str, Value::Text(text) => Some(text);
    String, Value::Text(text) => Some(text.to_owned());
    &'a [u8], Value::Blob(bytes) => Some(bytes);
    Vec<u8>, Value::Blob(bytes) => Some(bytes.to_vec());
    Id, Value::Blob(bytes) => bytes.try_into().ok().map(Id);
    domain::CaseId, Value::Blob(bytes) => bytes.try_into().ok().map(|b| domain::CaseId(Id(b)));
    domain::PersonId, Value::Blob(bytes) => bytes.try_into().ok().map(|b| domain::PersonId(Id(b)));
    domain::UserId, Value::Blob(bytes) => bytes.try_into().ok().map(|b| domain::UserId(Id(b)));
    domain::OrganisationId, Value::Blob(bytes) => bytes.try_into().ok().map(|b| domain::OrganisationId(Id(b)));
}

impl<'a> FromValue<'a> for bool {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Bool(yes) => Some(yes),
            // SQLite has no type of its own for it.
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl<'a, const N: usize> FromValue<'a> for [u8; N] {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl<'a> FromValue<'a> for Value<'a> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        Some(value)
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}
