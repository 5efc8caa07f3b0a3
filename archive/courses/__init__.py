"""Courses: recordings and clips in an order, assigned to people and institutions until a day."""

from archive.courses.courses import Courses, Given, Outline

__all__ = ["Courses", "Given", "Outline"]
