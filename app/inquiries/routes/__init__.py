"""The pages of inquiries, for both sides."""

from app.inquiries.routes import answers, asking, following, rating, sent_files, steps, threads

ROUTERS = (
    asking.router,
    answers.router,
    following.router,
    rating.router,
    threads.router,
    sent_files.router,
    steps.router,
)
