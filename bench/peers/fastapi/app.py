"""The design that this project replaces, as plainly as its authors write it: FastAPI, SQLModel on a
synchronous engine with a pool of 10 + 20 that pings, PyJWT, integer ids. Only for comparison."""

import os
from datetime import UTC, datetime

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, create_engine, func, select

SECRET = os.environ["BETTER_AUTH_SECRET"]

engine = create_engine(
    os.environ["DATABASE_URL"], pool_size=10, max_overflow=20, pool_pre_ping=True
)
security = HTTPBearer()
app = FastAPI()


def now() -> datetime:
    return datetime.now(UTC)


class Task(SQLModel, table=True):
    __tablename__ = "tasks"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    title: str = Field(max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    completed: bool = Field(default=False, index=True)
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class TaskCreate(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)


class TaskComplete(BaseModel):
    completed: bool


class TaskList(BaseModel):
    tasks: list[Task]
    count: int


class User(BaseModel):
    id: str
    email: str | None = None


def get_session():
    with Session(engine) as session:
        yield session


def get_current_user(
    credentials: HTTPAuthorizationCredentials = Depends(security),
) -> User:
    try:
        payload = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
    except jwt.ExpiredSignatureError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Token expired")
    except jwt.InvalidTokenError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid token")
    return User(id=payload["sub"], email=payload.get("email"))


def verify_user_access(user_id: str, user: User = Depends(get_current_user)) -> User:
    if user.id != user_id:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Not authorized")
    return user


def get_owned_task(session: Session, user_id: str, task_id: int) -> Task:
    statement = select(Task).where(Task.id == task_id, Task.user_id == user_id)
    task = session.exec(statement).first()
    if task is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Task not found")
    return task


@app.get("/api/{user_id}/tasks", response_model=TaskList)
def list_tasks(
    limit: int = 100,
    offset: int = 0,
    user: User = Depends(verify_user_access),
    session: Session = Depends(get_session),
):
    mine = select(Task).where(Task.user_id == user.id)
    count = session.exec(select(func.count()).select_from(mine.subquery())).one()
    page = mine.order_by(Task.created_at.desc()).offset(offset).limit(limit)
    return TaskList(tasks=session.exec(page).all(), count=count)


@app.post("/api/{user_id}/tasks", response_model=Task, status_code=201)
def create_task(
    data: TaskCreate,
    user: User = Depends(verify_user_access),
    session: Session = Depends(get_session),
):
    task = Task(user_id=user.id, **data.model_dump())
    session.add(task)
    session.commit()
    session.refresh(task)
    return task


@app.get("/api/{user_id}/tasks/{task_id}", response_model=Task)
def get_task(
    task_id: int,
    user: User = Depends(verify_user_access),
    session: Session = Depends(get_session),
):
    return get_owned_task(session, user.id, task_id)


@app.patch("/api/{user_id}/tasks/{task_id}/complete", response_model=Task)
def complete_task(
    task_id: int,
    data: TaskComplete,
    user: User = Depends(verify_user_access),
    session: Session = Depends(get_session),
):
    task = get_owned_task(session, user.id, task_id)
    task.completed = data.completed
    task.updated_at = now()
    session.add(task)
    session.commit()
    session.refresh(task)
    return task
