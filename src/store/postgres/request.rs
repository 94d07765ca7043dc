//! What is asked of PostgreSQL in one go (PostgreSQL manual, "Extended Query"): some statements, and one Sync behind
//! them. The first that fails is the last that runs.

use bytes::{BufMut, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend::{self, BindError};

use super::super::row::{Kind, Value};
use super::reply::Failure;

/// The format of parameters and of columns.
const BINARY: i16 = 1;

/// Statements and portals without a name last until the next one.
const UNNAMED: &str = "";

/// The microseconds from 1970, where our time begins, to 2000, where PostgreSQL's does.
pub(super) const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Usually enough, in bytes.
const USUAL_LENGTH: usize = 768;

pub(super) struct Request {
    messages: BytesMut,
    /// A Sync is part of the message itself.
    is_script: bool,
}

impl Request {
    pub(super) fn new() -> Self {
        Self {
            messages: BytesMut::with_capacity(USUAL_LENGTH),
            is_script: false,
        }
    }

    /// Statements without parameters, as one text (PostgreSQL manual, "Simple Query").
    pub(super) fn script(sql: &str) -> Result<Self, Failure> {
        let mut request = Self {
            is_script: true,
            ..Self::new()
        };
        frontend::query(sql, &mut request.messages)?;
        Ok(request)
    }

    /// Keeps a statement under a name for as long as the connection lives.
    pub(super) fn prepare(&mut self, name: &str, sql: &str, kinds: &[Kind]) -> Result<(), Failure> {
        let kinds = kinds.iter().map(|kind| kind.postgres().oid());
        Ok(frontend::parse(name, sql, kinds, &mut self.messages)?)
    }

    /// Runs a statement that was prepared.
    pub(super) fn run(&mut self, name: &str, values: &[Value]) -> Result<(), Failure> {
        let messages = &mut self.messages;
        let write = |value: &Value, out: &mut BytesMut| Ok(write_value(value, out));
        frontend::bind(UNNAMED, name, [BINARY], values, write, [BINARY], messages).map_err(
            |error| match error {
                BindError::Conversion(cause) => Failure::Words(cause),
                BindError::Serialization(error) => error.into(),
            },
        )?;
        Ok(frontend::execute(UNNAMED, 0, messages)?)
    }

    /// Runs a statement that was not prepared.
    pub(super) fn run_text(
        &mut self,
        sql: &str,
        kinds: &[Kind],
        values: &[Value],
    ) -> Result<(), Failure> {
        self.prepare(UNNAMED, sql, kinds)?;
        self.run(UNNAMED, values)
    }

    pub(super) fn into_messages(mut self) -> BytesMut {
        if !self.is_script {
            frontend::sync(&mut self.messages);
        }
        self.messages
    }
}

fn write_value(value: &Value, out: &mut BytesMut) -> IsNull {
    match value {
        Value::Null => return IsNull::Yes,
        Value::Text(text) => out.put_slice(text.as_bytes()),
        Value::Uuid(id) => out.put_slice(id.as_bytes()),
        Value::Bool(flag) => out.put_u8(u8::from(*flag)),
        Value::Int(number) => out.put_i64(*number),
        Value::Time(time) => out.put_i64(time.as_micros().saturating_sub(EPOCH_MICROS)),
    }
    IsNull::No
}
